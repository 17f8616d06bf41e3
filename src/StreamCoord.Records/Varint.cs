using System.Runtime.CompilerServices;

namespace StreamCoord.Records;

/// <summary>
/// The variable-length integers of records: zigzag, then seven bits a byte, lowest first. A read that fails consumes nothing.
/// </summary>
internal static class Varint
{
    /// <summary>The most bytes a 32-bit number takes.</summary>
    public const int Int32SizeBytesMax = 5;

    /// <summary>The most bytes a 64-bit number takes.</summary>
    public const int Int64SizeBytesMax = 10;

    /// <summary>Reads a 32-bit number and moves <paramref name="at"/> behind it; false when it is cut off or does not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadInt32(ReadOnlySpan<byte> bytes, ref int at, out int value)
    {
        if ((uint)at < (uint)bytes.Length && bytes[at] < 0x80)
        {
            value = (bytes[at] >> 1) ^ -(bytes[at] & 1);
            at++;
            return true;
        }
        bool read = TryReadSlow(bytes, ref at, uint.MaxValue, Int32SizeBytesMax, out ulong raw);
        value = (int)((uint)raw >> 1) ^ -(int)(raw & 1);
        return read;
    }

    /// <summary>As <see cref="TryReadInt32"/>, for 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReadInt64(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        if ((uint)at < (uint)bytes.Length && bytes[at] < 0x80)
        {
            value = (bytes[at] >> 1) ^ -(bytes[at] & 1);
            at++;
            return true;
        }
        bool read = TryReadSlow(bytes, ref at, ulong.MaxValue, Int64SizeBytesMax, out ulong raw);
        value = (long)(raw >> 1) ^ -(long)(raw & 1);
        return read;
    }

    /// <summary>Writes a number at the start of <paramref name="target"/> and returns its size in bytes.</summary>
    public static int Write(Span<byte> target, long value)
    {
        ulong raw = ZigZag(value);
        int at = 0;
        while (raw >= 0x80)
        {
            target[at++] = (byte)(raw | 0x80);
            raw >>= 7;
        }
        target[at++] = (byte)raw;
        return at;
    }

    /// <summary>How many bytes <see cref="Write"/> needs.</summary>
    public static int SizeBytes(long value) => (70 - System.Numerics.BitOperations.LeadingZeroCount(ZigZag(value) | 1)) / 7;

    private static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    private static bool TryReadSlow(ReadOnlySpan<byte> bytes, ref int at, ulong max, int sizeBytesMax, out ulong raw)
    {
        raw = 0;
        for (int i = 0; i < sizeBytesMax && (uint)(at + i) < (uint)bytes.Length; i++)
        {
            byte b = bytes[at + i];
            ulong part = (ulong)(b & 0x7f);
            if (part > max >> (7 * i))
            {
                return false;
            }
            raw |= part << (7 * i);
            if (b < 0x80)
            {
                at += i + 1;
                return true;
            }
        }
        return false;
    }
}
