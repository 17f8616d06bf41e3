using System.Globalization;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Gateway.ZooKeeper.Commands;
using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.Gateway.ZooKeeper.FourLetterWords;
using StreamCoord.Gateway.ZooKeeper.Tests.Client;
using StreamCoord.Protocol.ZooKeeper;
using StreamCoord.Testing;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Tests;

/// <summary>The page of supported operations is made from the handlers that are registered.</summary>
public sealed class SupportTableTests
{
    private const string Head = """
        # ZooKeeper's protocol

        Made from the gateway's handlers; a test holds it. Clients of Apache ZooKeeper 3.4 to 3.9 connect to `ZooKeeper:Endpoint` as they are.

        | operation | number | answer |
        |---|---|---|

        """;

    private const string Notes = """

        - Any other number is answered with Unimplemented (-6), and the connection is closed: check outside of a multi, what servers say to each other (createSession, deleteContainer), and numbers that do
          not exist. A body that cannot be read is answered with MarshallingError (-5), and the connection goes on; a message without a header or of an illegal length closes it with one line in the log.
        - reconfig answers ReconfigDisabled (-123), as with `reconfigEnabled=false`. `/zookeeper/config` lists this silo at its advertised endpoint; its version is -1, as in an ensemble of ZooKeeper's.
        - Clients prove who they are by auth packets of the scheme digest; by a certificate (`ZooKeeper:ClientAuth`), whose subject is their identity of the scheme x509; or by sasl, with the mechanism
          DIGEST-MD5 and a user of `ZooKeeper:SaslUsers`, who is their identity of the scheme sasl. Without such users, and on a wrong password, sasl answers AuthFailed (-115) and the connection is closed. There is no Kerberos.
        - A client that comes back to its session with a wrong password is refused and disturbs nobody; ZooKeeper closes the holder's connection first.
        - A client that has seen more than this silo waits two seconds for it to catch up; then it is sent away without an answer, as by ZooKeeper.
        - sync is a read barrier: what is read behind it is at least as new as the newest transaction anywhere when it was asked for.
        - The header of an event has the zxid of the transaction, as of ZooKeeper 3.9; of an event that happened while the client was away, -1.
        - multiRead arms no watches: ZooKeeper reads over the flags for them. TTL znodes and containers are switched on. There are no local sessions and no read-only servers.
        - A client that comes back to its session gets the timeout that it asks for then, within the bounds, as by ZooKeeper. A restart of the silo forgets that, until the client has come back again:
          the log has the timeout that the session was opened with.
        - Requests are read while fewer than `ZooKeeper:OutstandingRequestsMax` of the connection are under way. A client that does not read its replies is not read either, so its session ends;
          one that does not read its events is closed after `ZooKeeper:UnsentEventsMax`.

        """;

    private const string Keeper = """

        ## Operations of ClickHouse Keeper

        Served with `ZooKeeper:KeeperExtensions`; unknown without it.

        | operation | number | answer |
        |---|---|---|

        """;

    private const string KeeperNotes = """

        - A multi then takes createIfNotExists, removeRecursive and checkNotExists (501, which stands nowhere else); a multiRead takes exists, getChildren2 and filteredList besides what ZooKeeper's takes.
        - filteredList takes the kind as a byte: 0 for all children, 1 for those that last, 2 for ephemeral ones. removeRecursive answers NotEmpty (-111) for more znodes than the client or `ZNodes:MultiOperationsMax` allows, which holds for all trees of a multi together; those are 100 at most.
        - `/keeper/feature_flags` tells of these and multiRead (`F8 00`), `/keeper/api_version` is 3 for clients that do not look there. Both are made when the silo starts, nobody may change them, and they go with the option;
          a `/keeper` that somebody else has made is left alone. What is not told is not served: watches of several kinds in one multi, checks of Stats, deletions that may fail, lists with data; compression,
          64-bit xids, `/keeper/config` and availability zones.

        """;

    [Fact]
    public void TheDocument_SaysWhatTheHandlersSay()
    {
        using ServiceProvider provider = Serve(new ZooKeeperGatewayOptions());
        using ServiceProvider keeper = Serve(new ZooKeeperGatewayOptions { KeeperExtensions = true });
        IOperationHandler[] handlers = [.. provider.GetRequiredService<OperationTable>().All];
        var page = new StringBuilder(Head.ReplaceLineEndings("\n"));
        DescribeOperations(page, handlers);
        page.Append(Notes.ReplaceLineEndings("\n"));
        page.Append(Keeper.ReplaceLineEndings("\n"));
        DescribeOperations(page, keeper.GetRequiredService<OperationTable>().All.ExceptBy(handlers.Select(handler => handler.OpCode), handler => handler.OpCode));
        page.Append(KeeperNotes.ReplaceLineEndings("\n"));
        DescribeCommands(page, provider);

        Assert.Null(GeneratedDocument.Compare("docs/protocol/zookeeper.md", page.ToString()));
    }

    private static ServiceProvider Serve(ZooKeeperGatewayOptions options)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new ZNodeOptions());
        services.AddSingleton(DispatchProxy.Create<ICoordination, NoTree>());
        services.AddZooKeeperGateway(options, new ZooKeeperListener(new NodeId(1), "127.0.0.1", 2181, IsEncrypted: false, ConnectionsWaitingMax: 1));
        return services.BuildServiceProvider();
    }

    private static void DescribeOperations(StringBuilder page, IEnumerable<IOperationHandler> handlers)
    {
        foreach (IOperationHandler handler in handlers)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {NameOf(handler.OpCode)} | {(int)handler.OpCode} | {AnswerOf(handler)} |\n");
        }
    }

    private static void DescribeCommands(StringBuilder page, ServiceProvider provider)
    {
        ZooKeeperGatewayOptions options = new();
        IEnumerable<string> words = provider.GetRequiredService<FourLetterWordTable>().All.Select(word => options.FourLetterWords.Contains(word) ? $"`{word}`" : $"`{word}` (not by default)");
        page.Append(CultureInfo.InvariantCulture, $"\n## Four-letter words\n\n{string.Join(", ", words)}: `ZooKeeper:FourLetterWords` says which are answered. {string.Join(", ", FourLetterWordTable.RefusedWords.Select(word => $"`{word}`"))} are refused, as the commands of these names.\n");
        page.Append("\n## Commands of the AdminServer\n\n`GET /commands/<name>` of the HTTP gateway ([HTTP](http.md)). No answer tells of files, users or the environment.\n\n| command | answer |\n|---|---|\n");
        foreach (IServerCommand command in provider.GetRequiredService<ServerCommandTable>().Answered)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {NamesOf(command.Names)} | yes |\n");
        }
        foreach (RefusedCommand command in RefusedCommand.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {NamesOf(command.Names)} | refused: {command.Reason} |\n");
        }
    }

    private static string NamesOf(IReadOnlyList<string> names) => string.Join(", ", names.Select(name => $"`{name}`"));

    private static string NameOf(OpCode opCode)
    {
        string name = opCode.ToString().Replace("Acl", "ACL", StringComparison.Ordinal).Replace("Ttl", "TTL", StringComparison.Ordinal);
        return $"{char.ToLowerInvariant(name[0])}{name[1..]}";
    }

    private static string AnswerOf(IOperationHandler handler)
    {
        Type type = handler.GetType();
        while (!type.IsGenericType)
        {
            type = type.BaseType!;
        }
        string record = type.GetGenericArguments()[0].Name;
        return record == "EmptyRecord" ? "header" : record;
    }
}
