using CsCheck;
using StreamCoord.Coordination.Sessions;

namespace StreamCoord.Coordination.Tests.Sessions;

public sealed class SessionIdsTests
{
    private const long NumberMask = (1L << 56) - 1;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(7, 7)]
    [InlineData(254, 254)]
    [InlineData(255, 254)]
    [InlineData(256, 1)]
    [InlineData(257, 1)]
    [InlineData(511, 254)]
    [InlineData(1_000_003, 67)]
    public void The_upper_byte_is_the_node(int node, int expected) =>
        Assert.Equal(expected, (int)((ulong)new SessionIds().Next(new NodeId(node), 1_700_000_000_000).Value >> 56));

    [Fact]
    public void The_rest_rises_whatever_the_clock_and_the_nodes_do() =>
        Gen.Select(Gen.Int[0, 300], Gen.Long[1_700_000_000_000, 1_700_000_000_003]).Array[2, 50].Sample(calls =>
        {
            var ids = new SessionIds();
            SessionId[] made = [.. calls.Select(call => ids.Next(new NodeId(call.Item1), call.Item2))];
            Assert.DoesNotContain(SessionId.None, made);
            Assert.Equal(made.Length, made.Distinct().Count());
            Assert.All(made.Zip(made.Skip(1)), pair => Assert.True((pair.First.Value & NumberMask) < (pair.Second.Value & NumberMask)));
        });

    [Fact]
    public void Later_terms_make_later_ids()
    {
        var node = new NodeId(3);
        SessionId first = new SessionIds().Next(node, 1_700_000_000_000), second = new SessionIds().Next(node, 1_700_000_000_001);
        Assert.Equal(1L << 16, second.Value - first.Value);
    }

    [Fact]
    public void Ids_are_not_0_and_not_a_containers_mark_even_where_the_time_is_0()
    {
        Assert.Equal(new SessionId(0x0100000000000001), new SessionIds().Next(new NodeId(0), 0));
        Assert.NotEqual(long.MinValue, new SessionIds().Next(new NodeId(128), 1L << 40).Value);
    }

    [Fact]
    public void Numbers_begin_again_when_they_are_used_up()
    {
        var ids = new SessionIds();
        var node = new NodeId(1);
        const long LastMs = (1L << 40) - 1;
        for (int i = 0; i <= ushort.MaxValue; i++)
        {
            Assert.Equal(LastMs << 16 | (uint)i, ids.Next(node, LastMs).Value & NumberMask);
        }
        Assert.Equal(0x0100000000000001, ids.Next(node, 0).Value);
    }
}
