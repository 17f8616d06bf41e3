using StreamCoord.Groups.Consumer;
using StreamCoord.Groups.Storage;

namespace StreamCoord.Groups.Tests.Storage;

/// <summary>The records of consumer groups, byte for byte; that all kinds come back as they went is seen by every test of the group.</summary>
public sealed class ConsumerGroupRecordsTests
{
    private static readonly TopicId Topic = new(new Guid("00010203-0405-0607-0809-0a0b0c0d0e0f"));
    private static readonly PartitionSet Partitions = PartitionSet.From([new TopicIdPartition(Topic, 3), new TopicIdPartition(Topic, 1)]);
    private const string PartitionBytes = "02" + "000102030405060708090A0B0C0D0E0F" + "03" + "00000001" + "00000003" + "00";

    [Fact]
    public void GroupMetadata_IsRecord3()
    {
        var change = new GroupEpochChange(new GroupMark(new GroupEpoch(7), 258));
        Check("0003" + "000167", "0000" + "00000007" + "01" + "00" + "08" + "0000000000000102", change);
        Check("0003" + "000167", "0000" + "00000007" + "00", new GroupEpochChange(new GroupMark(new GroupEpoch(7), 0)));
        Check("0003" + "000167", null, new GroupEpochChange(null));
    }

    [Fact]
    public void MemberMetadata_IsRecord5()
    {
        var subscription = new MemberSubscription { InstanceId = "i", ClientId = "c", ClientHost = "h", TopicNames = ["t"], RebalanceTimeoutMs = 9, Assignor = "range" };
        Check("0005" + "000167" + "00016D", "0000" + "0269" + "00" + "0263" + "0268" + "02" + "0274" + "00" + "00000009" + "0672616E6765" + "00", new SubscriptionChange("m", subscription));
        Check("0005" + "000167" + "00016D", null, new SubscriptionChange("m", null));
    }

    [Fact]
    public void MemberOfTheClassicProtocol_HasATaggedField()
    {
        var classic = new ClassicTraits(6_000, [new GroupProtocol("range", new byte[] { 1, 2 }), new GroupProtocol("x", new byte[] { 3 })]);
        var subscription = new MemberSubscription { ClientId = "c", ClientHost = "h", TopicNames = ["t"], RebalanceTimeoutMs = 9, Classic = classic };
        const string Traits = "01" + "00001770" + "03" + "0672616E6765" + "030102" + "00" + "0278" + "0203" + "00" + "00";
        Check("0005" + "000167" + "00016D", "0000" + "00" + "00" + "0263" + "0268" + "02" + "0274" + "00" + "00000009" + "00" + "01" + "00" + "16" + Traits, new SubscriptionChange("m", subscription));
    }

    [Theory]
    [InlineData("FF", true)]
    [InlineData("01" + "00001770" + "01" + "00", false)]
    [InlineData("01" + "00001770" + "FFFFFFFF0F", false)]
    [InlineData("01" + "0000", false)]
    public void MalformedTraits_AreRefused_AndNoneAreNone(string traits, bool areNone)
    {
        byte[] value = Convert.FromHexString("0000" + "00" + "00" + "0263" + "0268" + "01" + "00" + "00000009" + "00" + "01" + "00" + $"{traits.Length / 2:X2}" + traits);
        SubscriptionChange Read() => (SubscriptionChange)ConsumerGroupRecords.Read(Convert.FromHexString("000500016700016D"), value, false)!.Value.Change;
        if (areNone)
        {
            Assert.Null(Read().Value!.Classic);
            return;
        }
        Assert.Throws<GroupFormatException>(Read);
    }

    [Fact]
    public void Target_IsRecords6And7()
    {
        Check("0006" + "000167", "0000" + "00000005" + "00", new TargetEpochChange(new GroupEpoch(5)));
        Check("0007" + "000167" + "00016D", "0000" + PartitionBytes + "00", new TargetChange("m", Partitions));
    }

    [Fact]
    public void CurrentAssignment_IsRecord8()
    {
        var progress = new MemberProgress(new GroupEpoch(4), new GroupEpoch(3), MemberState.Unrevoked, PartitionSet.Empty, Partitions);
        Check("0008" + "000167" + "00016D", "0000" + "00000004" + "00000003" + "01" + "01" + PartitionBytes + "00", new ProgressChange("m", progress));
    }

    [Fact]
    public void TaggedFieldsOfOthers_ArePassedOver()
    {
        byte[] value = Convert.FromHexString("0000" + "00000007" + "02" + "00" + "08" + "0000000000000102" + "01" + "03" + "AABBCC");
        Assert.Equal(new GroupEpochChange(new GroupMark(new GroupEpoch(7), 258)), ConsumerGroupRecords.Read(Convert.FromHexString("0003000167"), value, false)!.Value.Change);
    }

    [Theory]
    [InlineData("0001")]
    [InlineData("0000" + "0000")]
    [InlineData("0000" + "00000004" + "00000003" + "09" + "01" + "01" + "00")]
    [InlineData("0000" + "00000004" + "00000003" + "01" + "FFFFFFFF0F")]
    [InlineData("0000" + "00000004" + "00000003" + "01" + "FFFFFFFFFF")]
    public void MalformedOrNewer_IsRefused(string value) =>
        Assert.Throws<GroupFormatException>(() => ConsumerGroupRecords.Read(Convert.FromHexString("000800016700016D"), Convert.FromHexString(value), false));

    [Fact]
    public void OtherKinds_ArePassedOver()
    {
        Assert.Null(ConsumerGroupRecords.Read(GroupRecords.MetadataKey("g"), [], true));
        Assert.Null(ConsumerGroupRecords.Read(Convert.FromHexString("0004000167"), [], true));
        Assert.Null(GroupRecords.ReadKey(Convert.FromHexString("0004000167")));
    }

    private static void Check(string key, string? value, ConsumerGroupChange change)
    {
        byte[]? written = ConsumerGroupRecords.Value(change);
        Assert.Equal(key, Convert.ToHexString(ConsumerGroupRecords.Key("g", change)));
        Assert.Equal(value, written is null ? null : Convert.ToHexString(written));
        Assert.Equal(("g", change), ConsumerGroupRecords.Read(Convert.FromHexString(key), written, written is null)!.Value);
    }
}
