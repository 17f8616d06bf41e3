using System.Text.Json.Nodes;

namespace StreamCoord.Gateway.ZooKeeper.Commands;

/// <summary>One command of ZooKeeper's AdminServer that is answered. Safe for concurrent use.</summary>
internal interface IServerCommand
{
    /// <summary>Its long name, and behind it the short ones.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>Whether it does more than to tell something.</summary>
    bool ChangesServer => false;

    /// <summary>The answer, by the AdminServer's names.</summary>
    Task<JsonObject> AnswerAsync();
}
