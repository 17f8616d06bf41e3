namespace StreamCoord.Protocol.ZooKeeper.Tests.Messages;

/// <summary>A record with the bytes that the protocol gives it.</summary>
public interface IRecordCase
{
    /// <summary>The bytes, as the protocol's description has them.</summary>
    byte[] Expected { get; }

    /// <summary>The bytes that the record writes.</summary>
    byte[] Write();

    /// <summary>Reads bytes as such a record and writes what was read.</summary>
    byte[] ReadAndWrite(ReadOnlySpan<byte> bytes);

    /// <summary>Reads bytes as such a record.</summary>
    void Read(ReadOnlySpan<byte> bytes);
}
