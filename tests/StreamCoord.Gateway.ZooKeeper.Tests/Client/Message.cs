using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Protocol.ZooKeeper.Messages;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests.Client;

/// <summary>A message of the silo, taken apart as far as its header.</summary>
internal sealed record Message(ReplyHeader Header, ReadOnlyMemory<byte> Bytes)
{
    public ZNodeError Error => Header.Error;

    /// <summary>What stands behind the header, which must be this record and nothing else.</summary>
    public TRecord Body<TRecord>()
        where TRecord : IJuteRecord<TRecord>
    {
        Assert.Equal(ZNodeError.Ok, Header.Error);
        var reader = new JuteReader(Bytes.Span);
        TRecord record = TRecord.Read(ref reader);
        Assert.Equal(0, reader.RemainingBytes);
        return record;
    }

    /// <summary>An error has nothing behind the header.</summary>
    public void AssertError(ZNodeError error) => Assert.Equal((error, 0), (Header.Error, Bytes.Length));
}
