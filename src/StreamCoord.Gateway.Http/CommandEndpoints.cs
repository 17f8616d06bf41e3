using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Description;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Security;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.Http;

/// <summary>The paths of ZooKeeper's AdminServer.</summary>
internal static class CommandEndpoints
{
    /// <summary>What they all stand below.</summary>
    public const string Root = "/commands";

    /// <summary>The list of commands, and each of them.</summary>
    public static void MapCommands(this IEndpointRouteBuilder routes)
    {
        CommandResource commands = routes.ServiceProvider.GetRequiredService<CommandResource>();
        var described = new ClusterNeeds(AclOperation.Describe);
        routes.Map("GET", Root, commands.ListAsync, "Commands", "List the commands of ZooKeeper's AdminServer that are answered", described,
            new ApiAnswer(StatusCodes.Status200OK, "text/html", "A page of links."));
        routes.Map("GET", Root + "/{command}", commands.GetAsync, "Commands", "Run a command of ZooKeeper's AdminServer, by its long or short name", described,
            new ApiAnswer(StatusCodes.Status200OK, "application/json", "What it says, by the AdminServer's names, with command and error, which is null. 501 for a command without a true answer here, 404 for none of ZooKeeper's."));
        foreach (string name in routes.ServiceProvider.GetRequiredService<IServerCommands>().ChangingNames)
        {
            routes.Map("GET", $"{Root}/{name}", context => commands.RunAsync(context, name), "Commands", "Run a command of ZooKeeper's AdminServer that changes something", new ClusterNeeds(AclOperation.Alter),
                new ApiAnswer(StatusCodes.Status200OK, "application/json", "It is done: command, and error, which is null."));
        }
    }
}
