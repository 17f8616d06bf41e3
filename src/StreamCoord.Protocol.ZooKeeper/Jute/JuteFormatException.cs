namespace StreamCoord.Protocol.ZooKeeper;

/// <summary>Bytes that are no record of the protocol. The request they came in is answered with <see cref="ZNodes.ZNodeError.MarshallingError"/>, if its header could be read.</summary>
public sealed class JuteFormatException(string message) : Exception(message);
