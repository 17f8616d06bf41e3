using System.Buffers;
using System.Reflection;
using StreamCoord.Protocol.Kafka;

namespace StreamCoord.Testing.Kafka;

/// <summary>Kafka's messages by their types, read and written without knowing which. Stateless.</summary>
public static class KafkaMessages
{
    /// <summary>All messages.</summary>
    public static IReadOnlyList<Type> Types { get; } =
        [.. typeof(KafkaReader).Assembly.GetExportedTypes().Where(type => type.GetInterfaces().Any(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IKafkaMessage<>)))];

    /// <summary>The message of an API, in a version that it has; null when there is none. <paramref name="kind"/> is Request or Response.</summary>
    public static Type? Find(int api, string kind, short version) =>
        Types.SingleOrDefault(type => KindOf(type) == kind && ApiKeyOf(type) == api && VersionMinOf(type) <= version && version <= VersionMaxOf(type));

    /// <summary>Request or Response.</summary>
    public static string KindOf(Type type) => type.Name.EndsWith("Request", StringComparison.Ordinal) ? "Request" : "Response";

    /// <summary>The key of its API.</summary>
    public static short ApiKeyOf(Type type) => Constant(type, "ApiKey");

    /// <summary>Its first version.</summary>
    public static short VersionMinOf(Type type) => Constant(type, "VersionMin");

    /// <summary>Its last version.</summary>
    public static short VersionMaxOf(Type type) => Constant(type, "VersionMax");

    /// <summary>Reads a message of a type; all bytes must be its own.</summary>
    /// <exception cref="KafkaFormatException">They are not.</exception>
    public static IKafkaBody Read(Type type, ReadOnlyMemory<byte> bytes, short version) => (IKafkaBody)typeof(KafkaMessages)
        .GetMethod(nameof(ReadWhole), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
        .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [bytes, version], null)!;

    /// <summary>The bytes of a message, as many as the writer has counted.</summary>
    public static byte[] Write(IKafkaBody body, short version)
    {
        using var writer = new KafkaWriter();
        body.Write(writer, version);
        var target = new ArrayBufferWriter<byte>();
        writer.CopyTo(target);
        return writer.Length == target.WrittenCount ? target.WrittenSpan.ToArray() : throw new InvalidOperationException($"{writer.Length} bytes are counted and {target.WrittenCount} are written.");
    }

    private static T ReadWhole<T>(ReadOnlyMemory<byte> bytes, short version)
        where T : IKafkaMessage<T>
    {
        var reader = new KafkaReader(bytes);
        T message = T.Read(ref reader, version);
        return reader.Left == 0 ? message : throw new KafkaFormatException($"{reader.Left} bytes are left.");
    }

    private static short Constant(Type type, string name) => (short)type.GetProperty(name)!.GetValue(null)!;
}
