using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using StreamCoord.ZNodes;

namespace StreamCoord.Protocol.ZooKeeper;

/// <summary>
/// Reads the fields of a record in their order. Big-endian, as everything of the protocol. Lengths and counts are held against the bytes that are left before memory is taken,
/// so a record of n bytes never costs more than a small multiple of n.
/// </summary>
/// <remarks>Refers to the bytes and copies what it returns, so that they may be used again afterwards.</remarks>
/// <param name="bytes">The record, and what comes behind it.</param>
public ref struct JuteReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>What stands for null in the place of a length or a count.</summary>
    private const int Null = -1;

    /// <summary>The fewest bytes that an entry of an access control list takes: permissions and two empty strings.</summary>
    private const int AclEntryBytesMin = 12;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>How many bytes are left.</summary>
    public readonly int RemainingBytes => _rest.Length;

    /// <summary>Every permission for <c>world:anyone</c>, as nearly every client sends it.</summary>
    private static ReadOnlySpan<byte> OpenAcl => "\0\0\0\u0001\0\0\0\u001f\0\0\0\u0005world\0\0\0\u0006anyone"u8;

    /// <summary>One byte; everything but 0 is true.</summary>
    /// <exception cref="JuteFormatException">There is none.</exception>
    public bool ReadBoolean() => Take(1)[0] != 0;

    /// <summary>One byte.</summary>
    /// <exception cref="JuteFormatException">There is none.</exception>
    public byte ReadByte() => Take(1)[0];

    /// <summary>Four bytes.</summary>
    /// <exception cref="JuteFormatException">There are fewer.</exception>
    public int ReadInt() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    /// <summary>Eight bytes.</summary>
    /// <exception cref="JuteFormatException">There are fewer.</exception>
    public long ReadLong() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

    /// <summary>A transaction's number.</summary>
    /// <exception cref="JuteFormatException">There are fewer bytes.</exception>
    public Zxid ReadZxid() => new(ReadLong());

    /// <summary>A session's id.</summary>
    /// <exception cref="JuteFormatException">There are fewer bytes.</exception>
    public SessionId ReadSession() => new(ReadLong());

    /// <summary>A text; null is not the same as empty. What is not UTF-8 in it becomes U+FFFD, as in Java.</summary>
    /// <exception cref="JuteFormatException">Its length is not legal.</exception>
    public string? ReadString()
    {
        ReadOnlySpan<byte> text = TakeWithLength(out bool isNull);
        return isNull ? null : Encoding.UTF8.GetString(text);
    }

    /// <summary>Bytes, copied; null is not the same as empty.</summary>
    /// <exception cref="JuteFormatException">Their length is not legal.</exception>
    public ReadOnlyMemory<byte>? ReadBuffer()
    {
        ReadOnlySpan<byte> bytes = TakeWithLength(out bool isNull);
        return isNull ? default(ReadOnlyMemory<byte>?) : bytes.ToArray();
    }

    /// <summary>Texts; null is not the same as none.</summary>
    /// <exception cref="JuteFormatException">Their count is not legal, or one of them is null.</exception>
    public IReadOnlyList<string>? ReadStrings()
    {
        int count = ReadCount(sizeof(int));
        if (count == Null)
        {
            return null;
        }
        string[] texts = count == 0 ? [] : new string[count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = ReadString() ?? throw new JuteFormatException($"Text {i} of {count} is null.");
        }
        return texts;
    }

    /// <summary>An access control list; null is not the same as empty. Scheme and id that are null are read as empty: neither is ever valid.</summary>
    /// <exception cref="JuteFormatException">Its count or a length in it is not legal.</exception>
    public IReadOnlyList<AclEntry>? ReadAcl()
    {
        if (_rest.StartsWith(OpenAcl))
        {
            _rest = _rest[OpenAcl.Length..];
            return AclEntry.Open;
        }
        int count = ReadCount(AclEntryBytesMin);
        if (count == Null)
        {
            return null;
        }
        AclEntry[] entries = count == 0 ? [] : new AclEntry[count];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = new AclEntry((ZNodePermissions)ReadInt(), ReadString() ?? "", ReadString() ?? "");
        }
        return entries;
    }

    /// <summary>Who a client is; null is not the same as nobody.</summary>
    /// <exception cref="JuteFormatException">The count or a length is not legal.</exception>
    public IReadOnlyList<AuthIdentity>? ReadIdentities()
    {
        int count = ReadCount(2 * sizeof(int));
        if (count == Null)
        {
            return null;
        }
        var identities = new AuthIdentity[count];
        for (int i = 0; i < count; i++)
        {
            identities[i] = new AuthIdentity(ReadString() ?? "", ReadString() ?? "");
        }
        return identities;
    }

    /// <summary>A Stat: 68 bytes.</summary>
    /// <exception cref="JuteFormatException">There are fewer.</exception>
    public ZNodeStat ReadStat() => new(
        ReadZxid(), ReadZxid(), ReadLong(), ReadLong(), ReadInt(), ReadInt(), ReadInt(), ReadSession(), ReadInt(), ReadInt(), ReadZxid());

    private int ReadCount(int elementBytesMin)
    {
        int count = ReadInt();
        if (count < Null || count > _rest.Length / elementBytesMin)
        {
            Refuse($"A vector of {count} elements in {_rest.Length} bytes.");
        }
        return count;
    }

    private ReadOnlySpan<byte> TakeWithLength(out bool isNull)
    {
        int length = ReadInt();
        isNull = length == Null;
        if (isNull)
        {
            return default;
        }
        if ((uint)length > (uint)_rest.Length)
        {
            Refuse($"A field of {length} bytes where {_rest.Length} are left.");
        }
        return Take(length);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            Refuse($"The record ends {count - _rest.Length} bytes early.");
        }
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    [DoesNotReturn]
    private static void Refuse(string problem) => throw new JuteFormatException(problem);
}
