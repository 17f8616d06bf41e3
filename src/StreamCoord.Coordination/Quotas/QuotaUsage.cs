using System.Globalization;

namespace StreamCoord.Coordination.Quotas;

/// <summary>What a znode and its descendants use of its quota.</summary>
/// <param name="Count">Znodes, the topmost one included.</param>
/// <param name="Bytes">Bytes of data.</param>
public readonly record struct QuotaUsage(long Count, long Bytes)
{
    /// <summary>The usage after a change.</summary>
    public QuotaUsage Add(long countDelta, long bytesDelta) => new(Count + countDelta, Bytes + bytesDelta);

    /// <summary>The data of a stats znode, as ZooKeeper writes it.</summary>
    public string Format() => string.Create(CultureInfo.InvariantCulture, $"count={Count},bytes={Bytes}");
}
