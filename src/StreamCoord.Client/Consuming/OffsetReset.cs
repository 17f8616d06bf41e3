namespace StreamCoord.Client;

/// <summary>Where a consumer begins in a partition for which nothing is committed, or where what is committed is not there any more (Kafka's <c>auto.offset.reset</c>).</summary>
public enum OffsetReset
{
    /// <summary>At the first record that is there.</summary>
    Earliest,

    /// <summary>At the end: with the next record that comes.</summary>
    Latest,

    /// <summary>Nowhere: reading fails with an <see cref="OffsetGoneException"/>.</summary>
    None,
}
