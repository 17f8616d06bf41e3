namespace StreamCoord.Conformance.Tests.ZooKeeper.Paired;

/// <summary>What a scenario needs of an answer to go on.</summary>
internal readonly record struct ScriptReply(long Zxid, int Error, bool IsClosed);
