namespace StreamCoord.Records;

/// <summary>What can be wrong with a batch.</summary>
public enum BatchProblem
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>There are fewer bytes than the batch says it has, or too few for a header.</summary>
    Truncated,

    /// <summary>The length field cannot be that of a batch, or does not match the bytes handed over as one batch.</summary>
    BadLength,

    /// <summary>The batch is larger than the topic allows.</summary>
    TooLarge,

    /// <summary>The format is not version 2.</summary>
    UnsupportedMagic,

    /// <summary>The CRC does not match the bytes.</summary>
    CrcMismatch,

    /// <summary>The record count is not positive or does not fit the offsets.</summary>
    BadRecordCount,

    /// <summary>The records' offset deltas are not 0, 1, 2 and so on.</summary>
    BadOffsetDelta,

    /// <summary>A client sent a control batch.</summary>
    ControlBatch,

    /// <summary>The producer's id, epoch and sequence number contradict each other.</summary>
    BadProducerFields,

    /// <summary>A record of a compacted topic has no key.</summary>
    MissingKey,

    /// <summary>A timestamp is too far from the leader's clock, or of a type that clients may not set.</summary>
    BadTimestamp,

    /// <summary>The compression codec does not exist or may not be used here.</summary>
    UnsupportedCodec,

    /// <summary>The records cannot be decompressed.</summary>
    BadCompression,

    /// <summary>The records take more memory than allowed when decompressed.</summary>
    DecompressedTooLarge,

    /// <summary>A length inside a record leads out of it, or bytes are left behind the last record.</summary>
    MalformedRecord,
}
