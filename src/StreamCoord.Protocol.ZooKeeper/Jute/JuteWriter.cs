using System.Buffers.Binary;
using System.Text;
using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper;

/// <summary>Writes the fields of a record in their order, big-endian, into memory that has been measured by <see cref="JuteSize"/>.</summary>
/// <param name="memory">Where to; it must have room for all that is written.</param>
public ref struct JuteWriter(Span<byte> memory)
{
    private const int Null = -1;

    private Span<byte> _rest = memory;

    /// <summary>How many bytes are left.</summary>
    public readonly int RemainingBytes => _rest.Length;

    /// <summary>One byte.</summary>
    public void WriteByte(byte value) => Take(1)[0] = value;

    /// <summary>One byte, 0 or 1.</summary>
    public void WriteBoolean(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>Four bytes.</summary>
    public void WriteInt(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), value);

    /// <summary>Eight bytes.</summary>
    public void WriteLong(long value) => BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), value);

    /// <summary>A transaction's number.</summary>
    public void WriteZxid(Zxid value) => WriteLong(value.Value);

    /// <summary>A session's id.</summary>
    public void WriteSession(SessionId value) => WriteLong(value.Value);

    /// <summary>A text in UTF-8 behind its length in bytes; null is not the same as empty.</summary>
    public void WriteString(string? value)
    {
        if (value is null)
        {
            WriteInt(Null);
            return;
        }
        int length = Encoding.UTF8.GetBytes(value, _rest[sizeof(int)..]);
        WriteInt(length);
        _rest = _rest[length..];
    }

    /// <summary>Bytes behind their length; null is not the same as empty.</summary>
    public void WriteBuffer(ReadOnlyMemory<byte>? value)
    {
        if (value is not { } bytes)
        {
            WriteInt(Null);
            return;
        }
        WriteInt(bytes.Length);
        bytes.Span.CopyTo(Take(bytes.Length));
    }

    /// <summary>Texts behind their count; null is not the same as none.</summary>
    public void WriteStrings(IReadOnlyList<string>? values)
    {
        WriteInt(values?.Count ?? Null);
        for (int i = 0; i < (values?.Count ?? 0); i++)
        {
            WriteString(values![i]);
        }
    }

    /// <summary>An access control list behind its count; null is not the same as empty.</summary>
    public void WriteAcl(IReadOnlyList<AclEntry>? entries)
    {
        WriteInt(entries?.Count ?? Null);
        for (int i = 0; i < (entries?.Count ?? 0); i++)
        {
            WriteInt((int)entries![i].Permissions);
            WriteString(entries[i].Scheme);
            WriteString(entries[i].Id);
        }
    }

    /// <summary>Who a client is, behind the count; null is not the same as nobody.</summary>
    public void WriteIdentities(IReadOnlyList<AuthIdentity>? identities)
    {
        WriteInt(identities?.Count ?? Null);
        for (int i = 0; i < (identities?.Count ?? 0); i++)
        {
            WriteString(identities![i].Scheme);
            WriteString(identities[i].Id);
        }
    }

    /// <summary>A Stat: 68 bytes.</summary>
    public void WriteStat(in ZNodeStat stat)
    {
        WriteZxid(stat.Czxid);
        WriteZxid(stat.Mzxid);
        WriteLong(stat.CtimeMs);
        WriteLong(stat.MtimeMs);
        WriteInt(stat.Version);
        WriteInt(stat.Cversion);
        WriteInt(stat.Aversion);
        WriteSession(stat.EphemeralOwner);
        WriteInt(stat.DataLength);
        WriteInt(stat.ChildCount);
        WriteZxid(stat.Pzxid);
    }

    private Span<byte> Take(int count)
    {
        Span<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
