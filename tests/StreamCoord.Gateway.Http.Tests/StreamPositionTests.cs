using System.Text;
using StreamCoord.Gateway.Http.Records;
using StreamCoord.Records;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class StreamPositionTests
{
    [Fact]
    public void A_position_is_read_as_it_was_written()
    {
        StreamPosition position = StreamPosition.Parse("0=12,7=9223372036854775807")!;
        Assert.Equal((new Offset(12), new Offset(long.MaxValue), null), (position[0], position[7], position[1]));
        position.Set(1, new Offset(3));
        using var buffer = new PooledBuffer();
        position.Write(buffer);
        Assert.Equal("0=12,1=3,7=9223372036854775807", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("0=")]
    [InlineData("=1")]
    [InlineData("0=1,")]
    [InlineData("0=1,0=2")]
    [InlineData("-1=1")]
    [InlineData("0=-1")]
    [InlineData("0=9223372036854775808")]
    [InlineData("0x1=1")]
    public void Anything_else_is_no_position(string text) => Assert.Null(StreamPosition.Parse(text));
}
