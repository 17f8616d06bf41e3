using StreamCoord.Protocol.ZooKeeper;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>Operations by the names that monitoring reads. Pure.</summary>
internal static class OperationWords
{
    /// <summary>The name; <c>NA</c> for what has none.</summary>
    public static string Of(OpCode operation) => operation switch
    {
        OpCode.CreateSession => "SESS",
        OpCode.Ping => "PING",
        OpCode.Create or OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl or OpCode.CreateIfNotExists => "CREA",
        OpCode.Delete or OpCode.RemoveRecursive => "DELE",
        OpCode.SetData => "SETD",
        OpCode.SetAcl => "SETA",
        OpCode.Multi => "MULT",
        OpCode.MultiRead => "MLTR",
        OpCode.GetData => "GETD",
        OpCode.GetChildren or OpCode.GetChildren2 or OpCode.FilteredList => "GETC",
        OpCode.Exists => "EXIS",
        OpCode.GetAcl => "GETA",
        OpCode.Sync => "SYNC",
        OpCode.SetWatches => "SETW",
        OpCode.SetWatches2 => "STW2",
        OpCode.AddWatch => "ADDW",
        OpCode.CheckWatches => "CHKW",
        OpCode.RemoveWatches => "REMW",
        OpCode.GetEphemerals => "GETE",
        OpCode.GetAllChildrenNumber => "GETACN",
        OpCode.WhoAmI => "HOMI",
        OpCode.Reconfig => "RECO",
        OpCode.CloseSession => "CLOS",
        _ => "NA",
    };
}
