using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace StreamCoord.Conformance.Tests.ZooKeeper.Wire;

/// <summary>
/// Reads a frame's records one after the other and writes down, in words, every byte of them: two frames have the same words only when they have the same bytes,
/// but for what the <see cref="Mask"/> hides. Not safe for concurrent use.
/// </summary>
internal sealed class ReplyReader(byte[] frame, Mask mask)
{
    private readonly StringBuilder _words = new();
    private int _at;

    public override string ToString() => _words.ToString();

    /// <summary>What was not read is written down as it is.</summary>
    public string Finish()
    {
        if (_at < frame.Length)
        {
            _words.Append(CultureInfo.InvariantCulture, $" rest={Convert.ToHexString(frame.AsSpan(_at))}");
        }
        return _words.ToString();
    }

    public int Int(string name)
    {
        int value = TakeInt();
        Say(name, value.ToString(CultureInfo.InvariantCulture));
        return value;
    }

    public byte Byte(string name)
    {
        byte value = Take(1)[0];
        Say(name, value.ToString(CultureInfo.InvariantCulture));
        return value;
    }

    public long Zxid(string name)
    {
        long value = TakeLong();
        mask.Note(value);
        Say(name, Mask.Zxid(value));
        return value;
    }

    public void NewestZxid(string name) => Say(name, mask.Newest(TakeLong()));

    public void Skip(string name, int bytes)
    {
        Take(bytes);
        Say(name, "*");
    }

    public void Buffer(string name) => Say(name, Words(TakeBuffer()));

    public void Texts(string name, bool sorted)
    {
        int count = TakeInt();
        IEnumerable<string> texts = [.. Enumerable.Range(0, Math.Max(0, count)).Select(_ => Words(TakeBuffer()))];
        Say(name, $"{count}({string.Join(' ', sorted ? texts.Order(StringComparer.Ordinal) : texts)})");
    }

    public void Acl(string name)
    {
        int count = TakeInt();
        Say(name, $"{count}({string.Join(' ', Enumerable.Range(0, Math.Max(0, count)).Select(_ => $"{TakeInt()}:{Words(TakeBuffer())}:{Words(TakeBuffer())}"))})");
    }

    /// <summary>Who somebody is: a set, in no order.</summary>
    public void Identities(string name)
    {
        int count = TakeInt();
        IEnumerable<string> identities = [.. Enumerable.Range(0, Math.Max(0, count)).Select(_ => $"{Words(TakeBuffer())}:{Words(TakeBuffer())}")];
        Say(name, $"{count}({string.Join(' ', identities.Order(StringComparer.Ordinal))})");
    }

    public void Stat()
    {
        Zxid("czxid");
        Zxid("mzxid");
        Say("ctime", Mask.Time(TakeLong()));
        Say("mtime", Mask.Time(TakeLong()));
        Int("version");
        Int("cversion");
        Int("aversion");
        Say("owner", mask.Session(TakeLong()));
        Int("dataLength");
        Int("numChildren");
        Zxid("pzxid");
    }

    private static string Words(byte[]? bytes)
    {
        if (bytes is null)
        {
            return "null";
        }
        bool isPlain = bytes.All(b => b is > 0x20 and < 0x7f and not (byte)'#');
        return isPlain ? $"'{Encoding.ASCII.GetString(bytes)}'" : Convert.ToHexString(bytes);
    }

    private void Say(string name, string value) => _words.Append(_words.Length == 0 ? "" : " ").Append(name).Append('=').Append(value);

    private byte[]? TakeBuffer()
    {
        int length = TakeInt();
        return length < 0 ? null : Take(length).ToArray();
    }

    private int TakeInt() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    private long TakeLong() => BinaryPrimitives.ReadInt64BigEndian(Take(8));

    private ReadOnlySpan<byte> Take(int bytes)
    {
        Assert.True(bytes <= frame.Length - _at, $"The frame {Convert.ToHexString(frame)} ends too soon, behind {_words}");
        ReadOnlySpan<byte> taken = frame.AsSpan(_at, bytes);
        _at += bytes;
        return taken;
    }
}
