namespace StreamCoord.Grains.Groups;

/// <summary>A record of <c>__consumer_offsets</c> to be written.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; null forgets the key.</param>
internal readonly record struct GroupRecord(byte[] Key, byte[]? Value);
