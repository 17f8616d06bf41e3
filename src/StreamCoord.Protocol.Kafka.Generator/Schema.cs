using System.Collections.Generic;

namespace StreamCoord.Protocol.Kafka.Generator;

/// <summary>A request or a response, as its description has it.</summary>
internal sealed class MessageSchema(string name, int key, VersionRange versions, VersionRange flexible)
{
    /// <summary>The name of its class.</summary>
    public string Name { get; } = name;

    /// <summary>The API key.</summary>
    public int Key { get; } = key;

    /// <summary>The versions that are described.</summary>
    public VersionRange Versions { get; } = versions;

    /// <summary>The versions with compact types and tagged fields (KIP-482).</summary>
    public VersionRange Flexible { get; } = flexible;

    /// <summary>The fields, in the order of the wire.</summary>
    public List<FieldSchema> Fields { get; } = [];

    /// <summary>The structures that its fields are made of.</summary>
    public List<StructSchema> Structs { get; } = [];
}

/// <summary>A structure within a message.</summary>
internal sealed class StructSchema(string name)
{
    /// <summary>The name of its class.</summary>
    public string Name { get; } = name;

    /// <summary>The fields, in the order of the wire.</summary>
    public List<FieldSchema> Fields { get; } = [];
}

/// <summary>A field of a message or structure.</summary>
internal sealed class FieldSchema
{
    /// <summary>The name of its property.</summary>
    public string Name { get; set; } = "";

    /// <summary>A primitive, or the name of a structure.</summary>
    public string Type { get; set; } = "";

    /// <summary>Whether it is an array of <see cref="Type"/>.</summary>
    public bool IsArray { get; set; }

    /// <summary>The versions that have it.</summary>
    public VersionRange Versions { get; set; }

    /// <summary>The versions in which it may be null.</summary>
    public VersionRange Nullable { get; set; } = VersionRange.None;

    /// <summary>Its tag, or -1 when it has its fixed place.</summary>
    public int Tag { get; set; } = -1;

    /// <summary>What it is where it is absent, in the words of the description; null for the type's own.</summary>
    public string? Default { get; set; }

    /// <summary>Whether null is ever legal.</summary>
    public bool IsNullable => !Nullable.IsEmpty;
}
