namespace StreamCoord.Grains.Coordinators;

/// <summary>A record of a coordinator's topic to be written.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; null forgets the key.</param>
internal readonly record struct CoordinatorRecord(byte[] Key, byte[]? Value);
