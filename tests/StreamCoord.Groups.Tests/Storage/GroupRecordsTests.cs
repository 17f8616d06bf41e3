using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Offsets;
using StreamCoord.Groups.Storage;

namespace StreamCoord.Groups.Tests.Storage;

/// <summary>The records of __consumer_offsets, byte for byte.</summary>
public sealed class GroupRecordsTests
{
    private static readonly CommittedOffset Committed = new(new Offset(258), new LeaderEpoch(7), "m", 3, null);

    private static readonly GroupMetadata Metadata = new(
        "consumer", 5, "range", "a", 9, [new MemberMetadata("a", "i", "c", "h", 1, 2, new byte[] { 1 }, new byte[] { 2, 3 }), new MemberMetadata("b", null, "", "", 0, 0, default, default)]);

    [Fact]
    public void OffsetCommitKey_HasVersion1()
    {
        byte[] key = GroupRecords.OffsetKey("g", new TopicPartition("tt", 3));
        Assert.Equal("00010001670002747400000003", Convert.ToHexString(key));
        Assert.Equal(new GroupRecordKey("g", new TopicPartition("tt", 3)), GroupRecords.ReadKey(key));
        key[1] = 0;
        Assert.Equal(new GroupRecordKey("g", new TopicPartition("tt", 3)), GroupRecords.ReadKey(key));
    }

    [Fact]
    public void OffsetCommitValue_HasVersion3()
    {
        byte[] value = GroupRecords.OffsetValue(Committed);
        Assert.Equal("0003" + "0000000000000102" + "00000007" + "00016D" + "0000000000000003", Convert.ToHexString(value));
        Assert.Equal(Committed, GroupRecords.ReadOffset(value));
    }

    [Fact]
    public void OffsetCommitValue_OfOlderVersions_IsRead()
    {
        CommittedOffset old = Committed with { LeaderEpoch = LeaderEpoch.Unknown };
        Assert.Equal(old, GroupRecords.ReadOffset(Convert.FromHexString("0000" + "0000000000000102" + "00016D" + "0000000000000003")));
        Assert.Equal(old, GroupRecords.ReadOffset(Convert.FromHexString("0002" + "0000000000000102" + "00016D" + "0000000000000003")));
        Assert.Equal(old, GroupRecords.ReadOffset(Convert.FromHexString("0001" + "0000000000000102" + "00016D" + "0000000000000003" + "FFFFFFFFFFFFFFFF")));
        CommittedOffset expiring = old with { ExpireTimestampMs = 16 };
        byte[] value = GroupRecords.OffsetValue(expiring);
        Assert.Equal("0001" + "0000000000000102" + "00016D" + "0000000000000003" + "0000000000000010", Convert.ToHexString(value));
        Assert.Equal(expiring, GroupRecords.ReadOffset(value));
    }

    [Fact]
    public void GroupMetadataKey_HasVersion2()
    {
        byte[] key = GroupRecords.MetadataKey("g");
        Assert.Equal("0002000167", Convert.ToHexString(key));
        Assert.Equal(new GroupRecordKey("g", null), GroupRecords.ReadKey(key));
    }

    [Fact]
    public void GroupMetadataValue_HasVersion3()
    {
        byte[] value = GroupRecords.MetadataValue(Metadata);
        Assert.Equal(
            "0003" + "0008636F6E73756D6572" + "00000005" + "000572616E6765" + "000161" + "0000000000000009" + "00000002"
            + "000161" + "000169" + "000163" + "000168" + "00000001" + "00000002" + "0000000101" + "000000020203"
            + "000162" + "FFFF" + "0000" + "0000" + "00000000" + "00000000" + "00000000" + "00000000",
            Convert.ToHexString(value));
        AssertSame(Metadata, GroupRecords.ReadMetadata(value));
    }

    [Fact]
    public void GroupMetadataValue_OfOlderVersions_IsRead()
    {
        GroupMetadata read = GroupRecords.ReadMetadata(Convert.FromHexString(
            "0000" + "0008636F6E73756D6572" + "00000005" + "FFFF" + "FFFF" + "00000001" + "000161" + "000163" + "000168" + "00000002" + "0000000101" + "00000000"));
        Assert.Equal((null, null, -1L), (read.Protocol, read.Leader, read.StateTimestampMs));
        Assert.Equal((null, 2, 2), (read.Members[0].GroupInstanceId, read.Members[0].SessionTimeoutMs, read.Members[0].RebalanceTimeoutMs));
        Assert.Equal(9, GroupRecords.ReadMetadata(Convert.FromHexString("0002" + "0000" + "00000005" + "FFFF" + "FFFF" + "0000000000000009" + "00000000")).StateTimestampMs);
    }

    [Fact]
    public void UnknownKeys_ArePassedOver_AndNewerValuesRefused()
    {
        Assert.Null(GroupRecords.ReadKey(Convert.FromHexString("0003000167")));
        Assert.Throws<GroupFormatException>(() => GroupRecords.ReadOffset([0, 4, 0]));
        Assert.Throws<GroupFormatException>(() => GroupRecords.ReadMetadata([0, 4, 0]));
    }

    [Fact]
    public void CutOffAnywhere_IsMalformed()
    {
        byte[] metadata = GroupRecords.MetadataValue(Metadata);
        byte[] offset = GroupRecords.OffsetValue(Committed);
        byte[] key = GroupRecords.OffsetKey("g", new TopicPartition("tt", 3));
        Assert.All(Enumerable.Range(0, metadata.Length), length => Assert.Throws<GroupFormatException>(() => GroupRecords.ReadMetadata(metadata.AsSpan(0, length))));
        Assert.All(Enumerable.Range(0, offset.Length), length => Assert.Throws<GroupFormatException>(() => GroupRecords.ReadOffset(offset.AsSpan(0, length))));
        Assert.All(Enumerable.Range(0, key.Length), length => Assert.Throws<GroupFormatException>(() => GroupRecords.ReadKey(key.AsSpan(0, length))));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("my-group", 12)]
    [InlineData("polygenelubricants", 0)]
    public void Partition_FollowsJavasHash(string groupId, int partition) => Assert.Equal(partition, CoordinatorTopics.PartitionOf(groupId, 50));

    private static void AssertSame(GroupMetadata expected, GroupMetadata actual)
    {
        Assert.Equal(expected with { Members = [] }, actual with { Members = [] });
        Assert.Equal(expected.Members.Count, actual.Members.Count);
        foreach ((MemberMetadata left, MemberMetadata right) in expected.Members.Zip(actual.Members))
        {
            Assert.Equal(left with { Subscription = default, Assignment = default }, right with { Subscription = default, Assignment = default });
            Assert.Equal(left.Subscription.ToArray(), right.Subscription.ToArray());
            Assert.Equal(left.Assignment.ToArray(), right.Assignment.ToArray());
        }
    }
}
