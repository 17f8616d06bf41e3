using System.Numerics;
using System.Runtime.InteropServices;

namespace StreamCoord.Records;

/// <summary>CRC-32C (Castagnoli), the checksum of record batches. Stateless; safe for concurrent use.</summary>
/// <remarks>
/// The processor's CRC instruction takes three cycles but a new one can start in each, so long inputs are cut into three
/// neighbouring streams that run side by side. Their results are joined by <see cref="StreamJoin"/>. Where the processor has no
/// such instruction, <see cref="BitOperations"/> falls back to a table.
/// </remarks>
public static class Crc32C
{
    private const int LongStreamBytes = 4096;
    private const int ShortStreamBytes = 256;
    private static readonly StreamJoin LongJoin = new(LongStreamBytes);
    private static readonly StreamJoin ShortJoin = new(ShortStreamBytes);

    /// <summary>The CRC of the bytes; 0 for none.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        crc = ThreeStreams(crc, ref bytes, LongStreamBytes, LongJoin);
        crc = ThreeStreams(crc, ref bytes, ShortStreamBytes, ShortJoin);
        return ~OneStream(crc, bytes);
    }

    private static uint ThreeStreams(uint crc, ref ReadOnlySpan<byte> bytes, int streamBytes, StreamJoin join)
    {
        while (bytes.Length >= 3 * streamBytes)
        {
            ReadOnlySpan<ulong> first = MemoryMarshal.Cast<byte, ulong>(bytes[..streamBytes]);
            ReadOnlySpan<ulong> second = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(streamBytes, streamBytes))[..first.Length];
            ReadOnlySpan<ulong> third = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(2 * streamBytes, streamBytes))[..first.Length];
            uint crc2 = 0;
            uint crc3 = 0;
            for (int i = 0; i < first.Length; i++)
            {
                crc = BitOperations.Crc32C(crc, LittleEndian(first[i]));
                crc2 = BitOperations.Crc32C(crc2, LittleEndian(second[i]));
                crc3 = BitOperations.Crc32C(crc3, LittleEndian(third[i]));
            }
            crc = join.Shift(join.Shift(crc) ^ crc2) ^ crc3;
            bytes = bytes[(3 * streamBytes)..];
        }
        return crc;
    }

    private static uint OneStream(uint crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, LittleEndian(word));
        }
        foreach (byte b in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, b);
        }
        return crc;
    }

    private static ulong LittleEndian(ulong word) =>
        BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word);

    /// <summary>
    /// Moves a CRC past a fixed number of bytes: the CRC of "these bytes, then that many zeros". A CRC is linear, so the CRC of two
    /// neighbouring streams is the first one's, moved past the second, xor the second one's.
    /// </summary>
    private sealed class StreamJoin
    {
        private readonly uint[] _table = new uint[4 * 256];

        public StreamJoin(int streamBytes)
        {
            var ofBit = new uint[32];
            for (int bit = 0; bit < ofBit.Length; bit++)
            {
                ofBit[bit] = PassZeros(1u << bit, streamBytes);
            }
            for (int i = 0; i < _table.Length; i++)
            {
                int firstBit = i / 256 * 8;
                for (int bit = 0; bit < 8; bit++)
                {
                    _table[i] ^= (i >> bit & 1) != 0 ? ofBit[firstBit + bit] : 0;
                }
            }
        }

        public uint Shift(uint crc) =>
            _table[crc & 0xff] ^ _table[256 + (crc >> 8 & 0xff)] ^ _table[512 + (crc >> 16 & 0xff)] ^ _table[768 + (crc >> 24)];

        private static uint PassZeros(uint crc, int count)
        {
            for (int i = 0; i < count / sizeof(ulong); i++)
            {
                crc = BitOperations.Crc32C(crc, 0UL);
            }
            return crc;
        }
    }
}
