using System.Buffers;
using System.Text;
using StreamCoord.Gateway.Http.Produce;

namespace StreamCoord.Gateway.Http.Tests;

public sealed class JsonObjectFramerTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"a":{"b":[{}]},"c":"}{\"\\"}""")]
    [InlineData("""{"\\":"\\\"{"}""")]
    public void An_object_ends_at_its_brace_however_it_arrives(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text + "{\"next\"");
        for (int step = 1; step <= bytes.Length; step++)
        {
            var framer = default(JsonObjectFramer);
            int length = step;
            while (!framer.TryComplete(new ReadOnlySequence<byte>(bytes, 0, length)))
            {
                Assert.True(length < bytes.Length);
                length = Math.Min(bytes.Length, length + step);
            }
            Assert.Equal(text.Length, framer.ScannedBytes);
        }
    }
}
