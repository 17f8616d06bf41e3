using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using StreamCoord.Gateway.Http.Access;
using StreamCoord.Gateway.Http.Description;
using StreamCoord.Gateway.Http.Resources;
using StreamCoord.Security;

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
        routes.Map("GET", Root + "/{command}", commands.GetAsync, "Commands", "Run a command of ZooKeeper's AdminServer, by its long or short name; none changes anything", described,
            new ApiAnswer(StatusCodes.Status200OK, "application/json", "What it says, by the AdminServer's names, with command and error, which is null. 501 for a command without a true answer here, 404 for none of ZooKeeper's."));
    }
}
