namespace StreamCoord.Records;

/// <summary>Facts about each <see cref="BatchProblem"/>.</summary>
public static class BatchProblems
{
    /// <summary>The code to answer a client's append with.</summary>
    public static ErrorCode ToErrorCode(this BatchProblem problem) => problem switch
    {
        BatchProblem.None => ErrorCode.None,
        BatchProblem.TooLarge or BatchProblem.DecompressedTooLarge => ErrorCode.MessageTooLarge,
        BatchProblem.UnsupportedMagic => ErrorCode.UnsupportedForMessageFormat,
        BatchProblem.BadTimestamp => ErrorCode.InvalidTimestamp,
        BatchProblem.UnsupportedCodec => ErrorCode.UnsupportedCompressionType,
        BatchProblem.BadRecordCount or BatchProblem.BadOffsetDelta or BatchProblem.ControlBatch or BatchProblem.BadProducerFields
            or BatchProblem.MissingKey or BatchProblem.MalformedRecord => ErrorCode.InvalidRecord,
        _ => ErrorCode.CorruptMessage,
    };

    /// <summary>A sentence about the problem, for people; empty for none.</summary>
    public static string Describe(this BatchProblem problem) => problem switch
    {
        BatchProblem.None => "",
        BatchProblem.Truncated => "The batch is cut off: there are fewer bytes than its length says.",
        BatchProblem.BadLength => "The batch's length field is not that of a batch.",
        BatchProblem.TooLarge => "The batch is larger than max.message.bytes of the topic.",
        BatchProblem.UnsupportedMagic => "The batch is not of message format 2, the only one this service takes.",
        BatchProblem.CrcMismatch => "The batch's CRC does not match its bytes.",
        BatchProblem.BadRecordCount => "The batch's record count does not fit its offsets.",
        BatchProblem.BadOffsetDelta => "The offset deltas of the batch's records do not count up from 0.",
        BatchProblem.ControlBatch => "Clients may not write control batches.",
        BatchProblem.BadProducerFields => "The batch's producer id, epoch and sequence number contradict each other.",
        BatchProblem.MissingKey => "A record of a compacted topic needs a key.",
        BatchProblem.BadTimestamp => "A timestamp of the batch is not acceptable.",
        BatchProblem.UnsupportedCodec => "The batch's compression codec is not known.",
        BatchProblem.BadCompression => "The batch's records cannot be decompressed.",
        BatchProblem.DecompressedTooLarge => "The batch's records are too large when decompressed.",
        _ => "A record of the batch is malformed.",
    };
}
