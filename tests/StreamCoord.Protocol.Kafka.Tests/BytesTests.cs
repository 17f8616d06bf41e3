using System.Buffers;
using StreamCoord.Protocol.Kafka.Messages;

namespace StreamCoord.Protocol.Kafka.Tests;

/// <summary>The bytes of some messages, worked out by hand from the types' definitions.</summary>
public sealed class BytesTests
{
    [Fact]
    public void ApiVersionsRequest_V3_IsCompact()
    {
        var request = new ApiVersionsRequest
        {
            ClientSoftwareName = "abc",
            ClientSoftwareVersion = "1.0",
        };

        Assert.Equal("04616263" + "04312E30" + "00", Write(request, 3));
        Assert.Equal("", Write(request, 0));
    }

    [Fact]
    public void MetadataRequest_TellsNullFromEmpty()
    {
        Assert.Equal("FFFFFFFF" + "01", Write(new MetadataRequest { Topics = null, AllowAutoTopicCreation = true }, 4));
        Assert.Equal("00000000" + "00", Write(new MetadataRequest { Topics = [], AllowAutoTopicCreation = false }, 4));
        Assert.Equal("00" + "01" + "00" + "00" + "00", Write(new MetadataRequest { Topics = null }, 9));
        Assert.Equal("00000000", Write(new MetadataRequest { Topics = null }, 0));
    }

    [Fact]
    public void TaggedFields_AreWrittenOnlyWhereTheyDifferFromTheirDefaults()
    {
        var response = new ProduceResponse.PartitionProduceResponse
        {
            Index = 1,
            ErrorCode = 6,
            BaseOffset = -1,
            CurrentLeader = new ProduceResponse.LeaderIdAndEpoch
            {
                LeaderId = 2,
                LeaderEpoch = 3,
            },
        };
        const string Head = "00000001" + "0006" + "FFFFFFFFFFFFFFFF" + "FFFFFFFFFFFFFFFF" + "FFFFFFFFFFFFFFFF" + "01" + "00";

        Assert.Equal(Head + "01" + "00" + "09" + "00000002" + "00000003" + "00", Write(response.Write, 10));
        response.CurrentLeader = null;
        Assert.Equal(Head + "00", Write(response.Write, 10));
    }

    [Fact]
    public void Reader_PassesOverUnknownTags()
    {
        byte[] bytes = Convert.FromHexString("04616263" + "04312E30" + "02" + "05" + "02" + "AAAA" + "87FFFFFF07" + "00");
        var reader = new KafkaReader(bytes);

        ApiVersionsRequest request = ApiVersionsRequest.Read(ref reader, 3);

        Assert.Equal(("abc", "1.0", 0), (request.ClientSoftwareName, request.ClientSoftwareVersion, reader.Left));
    }

    [Theory]
    [InlineData("7FFFFFFF")]
    [InlineData("000007D1")]
    public void Counts_ThatTheBytesCannotHold_TakeNoMemory(string count)
    {
        byte[] bytes = [.. Convert.FromHexString(count), .. new byte[2_000]];
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<KafkaFormatException>(() =>
        {
            var reader = new KafkaReader(bytes);
            return MetadataRequest.Read(ref reader, 1);
        });

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Theory]
    [InlineData("8080808010")]
    [InlineData("FFFFFFFFFF01")]
    public void Varints_OfMoreThan32Bits_AreRefused(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);

        Assert.Throws<KafkaFormatException>(() =>
        {
            var reader = new KafkaReader(bytes);
            return reader.ReadUnsignedVarint();
        });
    }

    [Theory]
    [InlineData(0u, "00")]
    [InlineData(127u, "7F")]
    [InlineData(128u, "8001")]
    [InlineData(uint.MaxValue, "FFFFFFFF0F")]
    public void Varints_AreOfSevenBitsALowestFirst(uint value, string hex)
    {
        Assert.Equal(hex, Write((writer, _) => writer.WriteUnsignedVarint(value), 0));
        var reader = new KafkaReader(Convert.FromHexString(hex));
        Assert.Equal(value, reader.ReadUnsignedVarint());
    }

    [Fact]
    public void Records_AreReferredTo_AndStandInTheirPlaces()
    {
        byte[] first = [1, 2, 3];
        byte[] second = [4];
        Assert.Equal("AA" + "00000003010203" + "BB" + "0204" + "00000000" + "00" + "CC", Write(
            (writer, _) =>
            {
                writer.WriteInt8(unchecked((sbyte)0xAA));
                writer.WriteRecords(first, flexible: false);
                writer.WriteInt8(unchecked((sbyte)0xBB));
                writer.WriteRecords(second, flexible: true);
                writer.WriteRecords(null, flexible: false);
                writer.WriteRecords(null, flexible: true, mayBeNull: true);
                writer.WriteInt8(unchecked((sbyte)0xCC));
            },
            0));
    }

    private static string Write(IKafkaBody body, short version) => Write(body.Write, version);

    private static string Write(Action<KafkaWriter, short> write, short version)
    {
        using var writer = new KafkaWriter();
        write(writer, version);
        var target = new ArrayBufferWriter<byte>();
        writer.CopyTo(target);
        return Convert.ToHexString(target.WrittenSpan);
    }
}
