using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using StreamCoord.Grains.Topics;
using StreamCoord.ZNodes;

namespace StreamCoord.Grains.Brokers;

/// <summary>
/// Has this silo be the controller when nobody else is: whoever creates the ephemeral /controller is, and raises /controller_epoch in the same transaction. Used by one caller at a time.
/// </summary>
internal sealed partial class ControllerElection(
    ICoordination tree, Controller controller, ClusterIdentity identity, TimeProvider time, ILogger<ControllerElection> logger)
{
    private const int AttemptsMax = 5;

    private Zxid _won;

    /// <summary>Stands for election when there is no controller, and gives up what this silo has lost. Ends when it is decided who is controller.</summary>
    /// <param name="caller">The service, with this silo's session.</param>
    public async Task StandAsync(ZNodeCaller caller)
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            ZNodeReply present = await tree.RequestAsync(ZNodeCaller.Service, new ExistsOperation(BrokerPaths.Controller));
            if (present.IsOk && present.Stat!.Value.Czxid == _won)
            {
                return;
            }
            Resign();
            if (present.IsOk || await TryWinAsync(caller))
            {
                return;
            }
        }
    }

    /// <summary>Does nothing more as the controller; /controller goes with the session.</summary>
    public void Resign()
    {
        controller.End();
        _won = Zxid.Zero;
    }

    private async Task<bool> TryWinAsync(ZNodeCaller caller)
    {
        ZNodeReply before = await tree.RequestAsync(ZNodeCaller.Service, new GetDataOperation(BrokerPaths.ControllerEpoch));
        int epoch = 1 + (before.IsOk ? Read(before.Data ?? ReadOnlyMemory<byte>.Empty) : 0);
        byte[] text = Encoding.ASCII.GetBytes(epoch.ToString(CultureInfo.InvariantCulture));
        ZNodeReply reply = await tree.RequestAsync(caller, new MultiOperation(
        [
            new CreateOperation(
                BrokerPaths.Controller, ControllerNode.Write(identity.NodeId, time.GetUtcNow().ToUnixTimeMilliseconds()), AclEntry.ReadOnly, CreateMode.Ephemeral),
            before.IsOk
                ? new SetDataOperation(BrokerPaths.ControllerEpoch, text, before.Stat!.Value.Version)
                : new CreateOperation(BrokerPaths.ControllerEpoch, text, AclEntry.ReadOnly),
        ]));
        if (reply.Error is ZNodeError.NodeExists or ZNodeError.BadVersion or ZNodeError.NoNode)
        {
            return false;
        }
        if (!reply.IsOk)
        {
            throw new TreeRefusedException($"The controller could not be elected: {reply.Error}: {reply.Message}");
        }
        _won = reply.Zxid;
        LogWon(logger, identity.NodeId, epoch);
        controller.Begin(new ControllerTerm(epoch, before.IsOk ? before.Stat!.Value.Version + 1 : 0));
        return true;
    }

    private static int Read(ReadOnlyMemory<byte> text) =>
        int.TryParse(Encoding.ASCII.GetString(text.Span), NumberStyles.None, CultureInfo.InvariantCulture, out int epoch) ? epoch : 0;

    [LoggerMessage(2531, LogLevel.Information, "Node {Node} is the controller, with epoch {Epoch}.")]
    private static partial void LogWon(ILogger logger, NodeId node, int epoch);
}
