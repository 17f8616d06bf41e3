using StreamCoord.Groups.Classic;
using StreamCoord.Groups.Tests.Conversion;

namespace StreamCoord.Groups.Tests.Classic;

/// <summary>What consumers say to each other inside the classic protocol, byte for byte, and nothing that is cut short.</summary>
public sealed class EmbeddedTests
{
    private const string V0 = "0000" + "00000001" + "000174" + "FFFFFFFF";
    private const string V3 = "0003" + "00000001" + "000174" + "00000001" + "09" + "00000001" + "000174" + "00000002" + "00000000" + "00000002" + "00000007" + "000172";

    [Fact]
    public void Subscription_IsReadInEveryVersion()
    {
        EmbeddedSubscription oldest = EmbeddedSubscription.TryRead(Convert.FromHexString(V0))!;
        Assert.Equal((0, "t", 0, null), (oldest.Version, Assert.Single(oldest.Topics), oldest.Owned.Count, oldest.RackId));
        EmbeddedSubscription newest = EmbeddedSubscription.TryRead(Convert.FromHexString(V3))!;
        Assert.Equal((3, "t", "r"), (newest.Version, Assert.Single(newest.Topics), newest.RackId));
        Assert.Equal([new TopicPartition("t", 0), new TopicPartition("t", 2)], newest.Owned);
        Assert.Equal(V3, Convert.ToHexString(Embedded.Subscription(["t"], newest.Owned, 3, [9], "r")));
        // A later version goes on behind what is known, and one that says 1 may end early.
        Assert.Equal(newest.Owned, EmbeddedSubscription.TryRead(Convert.FromHexString("0004" + V3[4..] + "AABB"))!.Owned);
        Assert.Empty(EmbeddedSubscription.TryRead(Convert.FromHexString("0001" + V0[4..]))!.Owned);
    }

    [Fact]
    public void Assignment_ComesBackAsItWent_InAVersionThatThereIs()
    {
        TopicPartition[] partitions = [new("t", 0), new("t", 2), new("u", 1)];
        byte[] written = EmbeddedAssignment.Write(partitions, 9);
        Assert.Equal("0003" + "00000002" + "000174" + "00000002" + "00000000" + "00000002" + "000175" + "00000001" + "00000001" + "FFFFFFFF", Convert.ToHexString(written));
        EmbeddedAssignment read = EmbeddedAssignment.TryRead(written)!;
        Assert.Equal(partitions, read.Partitions);
        Assert.False(read.HasUserData);
        Assert.True(EmbeddedAssignment.TryRead(Convert.FromHexString("0000" + "00000000" + "00000001" + "09"))!.HasUserData);
        Assert.Empty(EmbeddedAssignment.TryRead([])!.Partitions);
    }

    [Fact]
    public void WhatIsCutShort_OrMakesNoSense_IsNone()
    {
        byte[] subscription = Convert.FromHexString(V3);
        // One that ends where version 0 does is taken for a client's mistake.
        int endOfV0 = V0.Length / 2 + 1;
        Assert.All(Enumerable.Range(0, subscription.Length).Where(length => length != endOfV0), length => Assert.Null(EmbeddedSubscription.TryRead(subscription.AsSpan(0, length))));
        byte[] assignment = EmbeddedAssignment.Write([new TopicPartition("t", 1)], 0);
        Assert.All(Enumerable.Range(1, assignment.Length - 1), length => Assert.Null(EmbeddedAssignment.TryRead(assignment.AsSpan(0, length))));
        foreach (string bad in (string[])["FFFF" + V0[4..], "0000" + "FFFFFFFF" + "FFFFFFFF", "0000" + "7FFFFFFF" + V0[12..], "0000" + "00000001" + "FFFE" + "FFFFFFFF", "0000" + "00000001" + "000174" + "FFFFFFFE"])
        {
            Assert.Null(EmbeddedSubscription.TryRead(Convert.FromHexString(bad)));
        }
    }
}
