using System.Reflection;
using System.Runtime.CompilerServices;

namespace StreamCoord.Architecture.Tests;

/// <summary>How the types of the product are made.</summary>
public sealed class ShapeTests
{
    private const int DependenciesMax = 7;

    [Fact]
    public void Classes_HaveFewDependencies()
    {
        Type[] types =
        [
            .. Repository.LoadAssemblies().SelectMany(assembly => assembly.GetTypes())
                .Where(type => type.IsClass && !IsData(type) && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)),
        ];
        Assert.NotEmpty(types);

        Assert.Empty(types
            .Where(type => type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Any(constructor => constructor.GetParameters().Length > DependenciesMax))
            .Select(type => type.FullName));
    }

    /// <summary>Records carry values, and exceptions what went wrong; neither depends on anything.</summary>
    private static bool IsData(Type type) => type.GetMethod("<Clone>$") is not null || typeof(Exception).IsAssignableFrom(type);
}
