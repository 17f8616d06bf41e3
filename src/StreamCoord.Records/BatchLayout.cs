namespace StreamCoord.Records;

/// <summary>
/// Where each field of a record batch of format v2 lies. Positions count bytes from the start of the batch; every number is
/// big-endian. docs/internals/record-batch.md shows the same table for people.
/// </summary>
public static class BatchLayout
{
    /// <summary>The only format this codec reads and writes.</summary>
    public const byte MagicV2 = 2;

    /// <summary>Base offset: int64. Outside the CRC.</summary>
    public const int BaseOffsetAt = 0;

    /// <summary>Batch length: int32, the bytes that follow this field. Outside the CRC.</summary>
    public const int LengthAt = 8;

    /// <summary>The bytes that the batch length does not count: the base offset and the length itself.</summary>
    public const int LengthPrefixBytes = 12;

    /// <summary>Partition leader epoch: int32. Outside the CRC.</summary>
    public const int LeaderEpochAt = 12;

    /// <summary>Format version: int8. It lies at the same place in the two formats before this one.</summary>
    public const int MagicAt = 16;

    /// <summary>CRC-32C: uint32, over everything from <see cref="CrcCoversFrom"/> to the end of the batch.</summary>
    public const int CrcAt = 17;

    /// <summary>The first byte that the CRC covers.</summary>
    public const int CrcCoversFrom = AttributesAt;

    /// <summary>Attributes: int16; see the <c>…Bit</c> constants.</summary>
    public const int AttributesAt = 21;

    /// <summary>Last offset minus base offset: int32.</summary>
    public const int LastOffsetDeltaAt = 23;

    /// <summary>Base timestamp in milliseconds since 1970, or the delete horizon: int64.</summary>
    public const int BaseTimestampAt = 27;

    /// <summary>Largest timestamp in milliseconds since 1970: int64.</summary>
    public const int MaxTimestampAt = 35;

    /// <summary>Producer id: int64, -1 for none.</summary>
    public const int ProducerIdAt = 43;

    /// <summary>Producer epoch: int16, -1 for none.</summary>
    public const int ProducerEpochAt = 51;

    /// <summary>Sequence number of the first record: int32, -1 for none.</summary>
    public const int BaseSequenceAt = 53;

    /// <summary>Number of records: int32.</summary>
    public const int RecordCountAt = 57;

    /// <summary>The header's size, which is also where the records begin.</summary>
    public const int HeaderSizeBytes = 61;

    /// <summary>The smallest legal value of the batch length: a header without records.</summary>
    public const int LengthMin = HeaderSizeBytes - LengthPrefixBytes;

    /// <summary>The attribute bits that hold the <see cref="CompressionCodec"/>.</summary>
    public const short CompressionMask = 0x07;

    /// <summary>Attribute bit: the maximum timestamp is the leader's time and stands for every record.</summary>
    public const short LogAppendTimeBit = 0x08;

    /// <summary>Attribute bit: the batch is part of a transaction.</summary>
    public const short TransactionalBit = 0x10;

    /// <summary>Attribute bit: the batch holds a marker, not data.</summary>
    public const short ControlBit = 0x20;

    /// <summary>Attribute bit: the base timestamp is the delete horizon.</summary>
    public const short DeleteHorizonBit = 0x40;
}
