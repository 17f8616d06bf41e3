using System.Globalization;
using System.Text.Json;
using StreamCoord.Protocol.Kafka;
using StreamCoord.Testing;
using StreamCoord.Testing.Kafka;

namespace StreamCoord.Conformance.Tests.Kafka;

/// <summary>The bytes of every message that another implementation knows, in each version that both know: read here, found to hold what was written there, and written again alike.</summary>
public sealed class GoldenMessageTests
{
    private const int Samples = 5;

    // Versions whose description in kafka-python 2.0.2 is not Kafka's.
    private static readonly HashSet<(int Api, string Kind, int Version)> Mistaken =
    [
        (0, "Response", 8), // The errors of records stand beside the partitions instead of in them.
        (2, "Request", 4), (2, "Request", 5), // The leader epoch has 8 bytes instead of 4.
        (10, "Response", 1), // Without the throttle time.
        (15, "Response", 3), // The authorized operations stand behind the groups instead of in them.
        (29, "Request", 2), (29, "Response", 2), // As version 1, though 2 is flexible.
    ];

    [Fact]
    public async Task Messages_OfAnotherImplementation_AreReadAndWrittenAlike()
    {
        int seed = TestSeed.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"STREAMCOORD_TEST_SEED={seed}");
        string[] lines = await ClientProgram.RunAsync([], "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "golden_messages.py"),
            seed.ToString(CultureInfo.InvariantCulture), Samples.ToString(CultureInfo.InvariantCulture));

        List<string> differences = [];
        var seen = new HashSet<(int, string, int)>();
        int compared = 0;
        foreach (string line in lines)
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement golden = document.RootElement;
            (int api, string kind, short version) = (golden.GetProperty("api").GetInt32(), golden.GetProperty("kind").GetString()!, golden.GetProperty("version").GetInt16());
            if (Mistaken.Contains((api, kind, version)) || KafkaMessages.Find(api, kind, version) is not { } type)
            {
                continue;
            }
            seen.Add((api, kind, version));
            byte[] bytes = Convert.FromHexString(golden.GetProperty("bytes").GetString()!);
            try
            {
                IKafkaBody message = KafkaMessages.Read(type, bytes, version);
                compared += Compare(golden.GetProperty("fields"), message, $"{type.Name} v{version}", differences);
                if (!KafkaMessages.Write(message, version).AsSpan().SequenceEqual(bytes))
                {
                    differences.Add($"{type.Name} v{version} is written otherwise");
                }
            }
            catch (KafkaFormatException refusal)
            {
                differences.Add($"{type.Name} v{version} is refused: {refusal.Message}");
            }
        }

        Assert.True(differences.Count == 0, string.Join('\n', differences.Distinct()));
        Assert.True(seen.Count > 100, $"Only {seen.Count} messages are known to both.");
        Assert.True(compared > 1_000, $"Only {compared} values have the same name in both.");
    }

    // Counts the fields that have the same name in both, and notes those whose values differ.
    private static int Compare(JsonElement fields, object message, string where, List<string> differences)
    {
        int compared = 0;
        foreach (JsonProperty field in fields.EnumerateObject())
        {
            string name = field.Name.Replace("_", "", StringComparison.Ordinal);
            if (message.GetType().GetProperties().FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } property)
            {
                continue;
            }
            object? value = property.GetValue(message);
            if (field.Value.ValueKind == JsonValueKind.Array && value is IEnumerable<object> elements)
            {
                compared += field.Value.EnumerateArray().Zip(elements).Where(pair => pair.First.ValueKind == JsonValueKind.Object)
                    .Sum(pair => Compare(pair.First, pair.Second, $"{where} {property.Name}", differences));
            }
            else if (Tell(value) is { } told)
            {
                compared++;
                if (told != field.Value.ToString())
                {
                    differences.Add($"{where} {property.Name}: {told} instead of {field.Value}");
                }
            }
        }
        return compared;
    }

    private static string? Tell(object? value) => value switch
    {
        string text => text,
        bool flag => flag.ToString(),
        ReadOnlyMemory<byte> bytes => Convert.ToHexStringLower(bytes.Span),
        sbyte or short or int or long or ushort or uint => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        _ => null,
    };
}
