using System.Text;

namespace StreamCoord.Records.Tests;

public sealed class PartitionerTests
{
    [Theory]
    [InlineData("", 275646681)]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    public void Hashes_are_those_of_the_Java_client(string key, int expected) =>
        Assert.Equal(expected, (int)Murmur2.Hash(Encoding.UTF8.GetBytes(key)));

    [Fact]
    public void Partitions_lie_in_range()
    {
        Assert.Equal(275646681 % 7, Partitioner.ForKey([], 7));
        Assert.Equal((-973932308 & int.MaxValue) % 7, Partitioner.ForKey("21"u8, 7));
        Assert.Throws<ArgumentOutOfRangeException>(() => Partitioner.ForKey([], 0));
    }
}
