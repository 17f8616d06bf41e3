using System.Buffers.Binary;
using System.Text;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Wire;

/// <summary>Puts ZooKeeper's records together by hand: nothing of the product is used, so that no mistake can be made twice. Not safe for concurrent use.</summary>
internal sealed class JuteWriter
{
    private readonly List<byte> _bytes = [];

    public JuteWriter Byte(byte value)
    {
        _bytes.Add(value);
        return this;
    }

    public JuteWriter Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    public JuteWriter Int(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }

    public JuteWriter Long(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }

    public JuteWriter Buffer(byte[]? value)
    {
        Int(value?.Length ?? -1);
        return Raw(value ?? []);
    }

    public JuteWriter Text(string? value) => Buffer(value is null ? null : Encoding.UTF8.GetBytes(value));

    public JuteWriter Texts(IReadOnlyList<string>? values)
    {
        Int(values?.Count ?? -1);
        foreach (string value in values ?? [])
        {
            Text(value);
        }
        return this;
    }

    public JuteWriter Acl(IReadOnlyList<WireAcl>? acl)
    {
        Int(acl?.Count ?? -1);
        foreach (WireAcl entry in acl ?? [])
        {
            Int(entry.Permissions).Text(entry.Scheme).Text(entry.Id);
        }
        return this;
    }

    public JuteWriter Raw(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public byte[] ToArray() => [.. _bytes];
}
