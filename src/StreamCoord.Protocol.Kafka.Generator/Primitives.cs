using System.Collections.Generic;

namespace StreamCoord.Protocol.Kafka.Generator;

/// <summary>The primitive types of descriptions: their C# types, what reads and writes them, and how many bytes they take at least.</summary>
internal static class Primitives
{
    private static readonly Dictionary<string, (string Type, string Method, int BytesMin)> Known = new()
    {
        ["bool"] = ("bool", "Boolean", 1),
        ["int8"] = ("sbyte", "Int8", 1),
        ["int16"] = ("short", "Int16", 2),
        ["uint16"] = ("ushort", "UInt16", 2),
        ["int32"] = ("int", "Int32", 4),
        ["uint32"] = ("uint", "UInt32", 4),
        ["int64"] = ("long", "Int64", 8),
        ["float64"] = ("double", "Float64", 8),
        ["uuid"] = ("global::System.Guid", "Uuid", 16),
        ["string"] = ("string", "String", 1),
        ["bytes"] = ("global::System.ReadOnlyMemory<byte>", "Bytes", 1),
        ["records"] = ("global::System.ReadOnlyMemory<byte>", "Records", 1),
    };

    /// <summary>Whether a type is a primitive one.</summary>
    public static bool IsPrimitive(string type) => Known.ContainsKey(type);

    /// <summary>Whether a type's length is written before it, in another form in flexible versions.</summary>
    public static bool HasLength(string type) => type is "string" or "bytes" or "records";

    /// <summary>The C# type.</summary>
    public static string TypeOf(string type) => Known[type].Type;

    /// <summary>What the methods are called that read and write it.</summary>
    public static string MethodOf(string type) => Known[type].Method;

    /// <summary>How many bytes it takes at least.</summary>
    public static int BytesMinOf(string type) => Known[type].BytesMin;
}
