namespace StreamCoord.Protocol.ZooKeeper.Tests.Messages;

/// <summary>A record with the bytes that the protocol gives it.</summary>
/// <param name="record">The record.</param>
/// <param name="hex">Its bytes; spaces part the fields.</param>
public sealed class RecordCase<TRecord>(TRecord record, string hex) : IRecordCase
    where TRecord : IJuteRecord<TRecord>
{
    public byte[] Expected { get; } = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    public byte[] Write() => Write(record);

    public byte[] ReadAndWrite(ReadOnlySpan<byte> bytes)
    {
        var reader = new JuteReader(bytes);
        return Write(TRecord.Read(ref reader));
    }

    public void Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new JuteReader(bytes);
        _ = TRecord.Read(ref reader);
    }

    public override string ToString() => $"{typeof(TRecord).Name} {hex}";

    private static byte[] Write(TRecord record)
    {
        byte[] bytes = new byte[record.SizeBytes];
        var writer = new JuteWriter(bytes);
        record.Write(ref writer);
        Assert.Equal(0, writer.RemainingBytes);
        return bytes;
    }
}
