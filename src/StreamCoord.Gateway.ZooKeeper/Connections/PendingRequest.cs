using StreamCoord.Gateway.ZooKeeper.Dispatch;
using StreamCoord.ZNodes;

namespace StreamCoord.Gateway.ZooKeeper.Connections;

/// <summary>A request that is under way. Immutable.</summary>
/// <param name="Ticket">The request.</param>
/// <param name="Note">What its handler needs for the reply; null for nothing.</param>
/// <param name="Refusal">What the gateway refuses it with, whatever the tree says; else <see cref="ZNodeError.Ok"/>.</param>
/// <param name="EndsConnection">Whether the connection ends with the reply.</param>
internal readonly record struct PendingRequest(RequestTicket Ticket, object? Note, ZNodeError Refusal, bool EndsConnection);
