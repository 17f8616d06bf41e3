using System.Reflection;
using Orleans.Services;

namespace StreamCoord.Architecture.Tests;

/// <summary>
/// What silos say to each other, by the names and numbers that travel. During a rolling upgrade silos of two adjacent versions do so: docs/internals/grain-contracts.txt has what the newest release says, and all of it must still
/// be understood. Members and methods may be added; a silo of before passes over the ones and is not called by the others. <c>STREAMCOORD_RELEASE=1</c> writes the file, as a part of a release.
/// </summary>
public sealed class GrainContractTests
{
    private const string ReleasedPath = "docs/internals/grain-contracts.txt";

    private static readonly Assembly[] Assemblies = Repository.LoadAssemblies();

    private static readonly Type[] Messages =
        [.. Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))];

    private static readonly Type[] Grains =
        [.. Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsInterface && (typeof(IGrain).IsAssignableFrom(type) || typeof(IGrainService).IsAssignableFrom(type)))];

    [Fact]
    public void WhatTheNewestReleaseSays_IsStillUnderstood()
    {
        SortedSet<string> now = new(Messages.SelectMany(Members).Concat(Grains.SelectMany(Methods)), StringComparer.Ordinal);
        if (Environment.GetEnvironmentVariable("STREAMCOORD_RELEASE") == "1")
        {
            File.WriteAllLines(Path.Combine(Repository.Root, ReleasedPath), now);
        }
        string[] released = Repository.Read(ReleasedPath).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(released.Length > 100);
        Assert.Empty(released.Except(now));
    }

    [Fact]
    public void Everything_TravelsUnderANameOfItsOwn()
    {
        Assert.Empty(Messages.Concat(Grains).Where(type => AliasOf(type) is null).Select(type => type.FullName));
        Assert.Empty(Grains.SelectMany(grain => grain.GetMethods()).Where(method => AliasOf(method) is null).Select(method => $"{method.DeclaringType!.FullName}.{method.Name}"));
    }

    private static IEnumerable<string> Methods(Type grain) =>
        grain.GetMethods().Select(method => $"{NameOf(grain)}.{AliasOf(method) ?? method.Name}({string.Join(", ", method.GetParameters().Select(parameter => NameOf(parameter.ParameterType)))}): {NameOf(method.ReturnType)}");

    private static IEnumerable<string> Members(Type message) => message.IsEnum
        ? Enum.GetNames(message).Select(name => $"{NameOf(message)} {Convert.ToInt64(Enum.Parse(message, name), System.Globalization.CultureInfo.InvariantCulture)}")
        : message.GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Where(member => member.IsDefined(typeof(IdAttribute)))
            .Select(member => $"{NameOf(message)} {member.GetCustomAttribute<IdAttribute>()!.Id}: {NameOf(member is PropertyInfo property ? property.PropertyType : ((FieldInfo)member).FieldType)}");

    private static string? AliasOf(MemberInfo member) => member.GetCustomAttributes<AliasAttribute>(inherit: false).FirstOrDefault()?.Alias;

    private static string NameOf(Type type)
    {
        if (type.IsArray)
        {
            return $"{NameOf(type.GetElementType()!)}[]";
        }
        string name = AliasOf(type) ?? type.FullName ?? type.Name;
        return type.IsGenericType ? $"{name.Split('`')[0].Split('[')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : name;
    }
}
