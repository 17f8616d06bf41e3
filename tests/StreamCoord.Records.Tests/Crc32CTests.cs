using CsCheck;

namespace StreamCoord.Records.Tests;

public sealed class Crc32CTests
{
    [Fact]
    public void Known_values_of_RFC_3720_come_out()
    {
        Assert.Equal(0u, Crc32C.Compute([]));
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Compute(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Compute(Enumerable.Repeat((byte)0xff, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Compute(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
    }

    [Fact]
    public void Long_inputs_agree_with_one_bit_at_a_time() =>
        Gen.Select(Gen.Byte.Array[0, 200], Gen.Int[0, 40_000]).Sample(
            (seed, length) =>
            {
                var bytes = new byte[length];
                for (int i = 0; i < length && seed.Length > 0; i++)
                {
                    bytes[i] = (byte)(seed[i % seed.Length] + (i / seed.Length));
                }
                return Crc32C.Compute(bytes) == BitByBit(bytes);
            },
            iter: 200);

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        const uint ReversedPolynomial = 0x82F63B78;
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (ReversedPolynomial & (0u - (crc & 1)));
            }
        }
        return ~crc;
    }
}
