namespace StreamCoord.Grains.Coordinators;

/// <summary>One term of a coordinator over one partition of an internal topic: the view of what is durable, and the way to write more.</summary>
internal interface ICoordinatorTerm : IDisposable
{
    /// <summary>True when no more is written in this term, and the view may be out of date.</summary>
    bool HasEnded { get; }
}
