using System.Globalization;

namespace StreamCoord;

/// <summary>Names one partition of one topic.</summary>
/// <param name="Topic">A name that <see cref="TopicName.Check"/> accepts.</param>
/// <param name="Partition">0 or greater.</param>
[GenerateSerializer, Immutable, Alias("StreamCoord.TopicPartition")]
public readonly record struct TopicPartition([property: Id(0)] string Topic, [property: Id(1)] int Partition)
{
    /// <summary>The grain key and the printed form: <c>topic/partition</c>. A topic name cannot hold a slash.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Topic}/{Partition}");

    /// <summary>Reads the form that <see cref="ToString"/> writes; false when it is not one.</summary>
    public static bool TryParse(string text, out TopicPartition result)
    {
        int slash = text.LastIndexOf('/');
        if (slash > 0 && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int partition))
        {
            result = new TopicPartition(text[..slash], partition);
            return true;
        }
        result = default;
        return false;
    }
}
