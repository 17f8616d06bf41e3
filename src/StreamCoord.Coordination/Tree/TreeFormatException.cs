namespace StreamCoord.Coordination.Tree;

/// <summary>Bytes of the tree's log or checkpoint that this build cannot read.</summary>
public sealed class TreeFormatException(string message) : Exception(message);
