using System.Buffers.Binary;
using System.Text;

namespace StreamCoord.Groups.Classic;

/// <summary>Reads what consumers say to each other inside the classic protocol. After a read beyond the end, or of a number that makes no sense, it has failed for good and yields nothing.</summary>
internal ref struct EmbeddedReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public bool HasFailed { get; private set; }

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public short Int16() => Take(sizeof(short)) is { IsEmpty: false } taken ? BinaryPrimitives.ReadInt16BigEndian(taken) : (short)0;

    public int Int32() => Take(sizeof(int)) is { IsEmpty: false } taken ? BinaryPrimitives.ReadInt32BigEndian(taken) : 0;

    public string String() => NullableString() ?? Fail();

    public string? NullableString()
    {
        short length = Int16();
        return length == -1 ? null : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>Bytes with their length before them; none for null.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        int length = Int32();
        return length == -1 ? [] : Take(length);
    }

    /// <summary>The number of elements that follow, each of which takes so many bytes at least.</summary>
    public int Count(int elementBytesMin)
    {
        int count = Int32();
        if (count < 0 || (long)count * elementBytesMin > _rest.Length)
        {
            Fail();
        }
        return HasFailed ? 0 : count;
    }

    /// <summary>Topics with partitions.</summary>
    public List<TopicPartition> Partitions()
    {
        const int TopicBytesMin = sizeof(short) + sizeof(int);
        List<TopicPartition> partitions = [];
        for (int topics = Count(TopicBytesMin); topics > 0; topics--)
        {
            string topic = String();
            for (int left = Count(sizeof(int)); left > 0; left--)
            {
                partitions.Add(new TopicPartition(topic, Int32()));
            }
        }
        return partitions;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (HasFailed || count < 0 || count > _rest.Length)
        {
            Fail();
            return [];
        }
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private string Fail()
    {
        HasFailed = true;
        _rest = [];
        return "";
    }
}
