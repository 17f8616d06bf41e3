namespace StreamCoord.Client.Tests.Clusters;

/// <summary>What goes wrong with an append.</summary>
internal enum AppendFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It is not carried out, and nobody answers.</summary>
    LostRequest,

    /// <summary>It is carried out, and nobody answers.</summary>
    LostAnswer,

    /// <summary>It is carried out, and the silo that passed it on says that it could not reach the leader.</summary>
    NotLeader,
}
