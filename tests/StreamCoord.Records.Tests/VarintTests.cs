using CsCheck;

namespace StreamCoord.Records.Tests;

public sealed class VarintTests
{
    [Fact]
    public void Numbers_come_back_and_take_the_size_announced() =>
        Gen.OneOf(Gen.Long, Gen.Long[-300, 300], Gen.OneOf(long.MinValue, long.MaxValue, int.MinValue, int.MaxValue, 0L)).Sample(number =>
        {
            Span<byte> bytes = stackalloc byte[Varint.Int64SizeBytesMax];
            int size = Varint.Write(bytes, number);
            int at = 0;
            bool read = Varint.TryReadInt64(bytes[..size], ref at, out long back);
            int at32 = 0;
            bool read32 = Varint.TryReadInt32(bytes[..size], ref at32, out int back32);
            bool fits = number is >= int.MinValue and <= int.MaxValue;
            return read && back == number && at == size && size == Varint.SizeBytes(number)
                && read32 == fits && (!fits || (back32 == number && at32 == size));
        });

    [Fact]
    public void A_number_cut_off_consumes_nothing()
    {
        byte[] bytes = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        for (int length = 0; length <= bytes.Length; length++)
        {
            int at = 0;
            Assert.False(Varint.TryReadInt64(bytes.AsSpan(0, length), ref at, out _));
            Assert.False(Varint.TryReadInt32(bytes.AsSpan(0, length), ref at, out _));
            Assert.Equal(0, at);
        }
    }
}
