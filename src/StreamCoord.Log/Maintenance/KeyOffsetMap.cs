using System.Buffers.Binary;
using System.Security.Cryptography;

namespace StreamCoord.Log.Maintenance;

/// <summary>
/// The newest offset of each key. Keys are told apart by 128 bits of their SHA-256: no client can make two keys fall together,
/// and the map's size does not depend on theirs. Not safe for concurrent use.
/// </summary>
internal sealed class KeyOffsetMap(int keysMax)
{
    private readonly Dictionary<UInt128, long> _offsets = [];

    /// <summary>True when no further key fits.</summary>
    public bool IsFull => _offsets.Count >= keysMax;

    public int Count => _offsets.Count;

    /// <summary>Takes down a key's offset; offsets come in rising order.</summary>
    public void Put(ReadOnlySpan<byte> key, Offset offset) => _offsets[Digest(key)] = offset.Value;

    /// <summary>True when a record of that key at that offset is the newest one known.</summary>
    public bool IsNewest(ReadOnlySpan<byte> key, Offset offset) =>
        !_offsets.TryGetValue(Digest(key), out long newest) || offset.Value >= newest;

    private static UInt128 Digest(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
