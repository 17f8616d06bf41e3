namespace StreamCoord.Replication;

/// <summary>A push that a leader is about to send: where to read the batches for it. Immutable.</summary>
/// <param name="Node">To whom.</param>
/// <param name="Number">Its number.</param>
/// <param name="From">Where it begins.</param>
/// <param name="HasBatches">False for a mere sign of life, and for the question whether the logs are the same at <paramref name="From"/>.</param>
/// <param name="IsReset">See <see cref="Push.IsReset"/>.</param>
public sealed record PushPlan(NodeId Node, long Number, Offset From, bool HasBatches, bool IsReset);
