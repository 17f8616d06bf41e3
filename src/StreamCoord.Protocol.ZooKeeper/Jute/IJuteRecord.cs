namespace StreamCoord.Protocol.ZooKeeper;

/// <summary>A record of the protocol: its fields stand one behind the other, without names and without gaps.</summary>
/// <typeparam name="TSelf">The record.</typeparam>
public interface IJuteRecord<TSelf>
    where TSelf : IJuteRecord<TSelf>
{
    /// <summary>How many bytes <see cref="Write"/> writes.</summary>
    int SizeBytes { get; }

    /// <summary>Reads a record.</summary>
    /// <exception cref="JuteFormatException">The bytes are not one.</exception>
    static abstract TSelf Read(ref JuteReader reader);

    /// <summary>Writes the record.</summary>
    void Write(ref JuteWriter writer);
}
