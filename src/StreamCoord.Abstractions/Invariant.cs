using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace StreamCoord;

/// <summary>
/// Conditions that only a bug of ours can break. They are checked in Release too: a partition that stops loses less than
/// one that goes on with a broken log.
/// </summary>
public static class Invariant
{
    /// <summary>Throws <see cref="InvariantBrokenException"/>, naming the condition, when it does not hold.</summary>
    public static void Holds([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        if (!condition)
        {
            Broken(expression);
        }
    }

    [DoesNotReturn, StackTraceHidden]
    private static void Broken(string? expression) => throw new InvariantBrokenException($"Invariant broken: {expression}");
}
