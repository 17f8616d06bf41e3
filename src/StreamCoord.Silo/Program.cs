using StreamCoord.Grains.Storage;
using StreamCoord.Silo;
using StreamCoord.Silo.Hosting;
using StreamCoord.Silo.Options;

// Clients bring regular expressions. What comes close to the default of 10,000 takes seconds at its first match, in the square of the size. As a setting of the project it would be text, which is passed over.
AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", 2_000);

try
{
    CommandLine.Check(args);
    IConfiguration configuration = new ConfigurationBuilder()
        .SetBasePath(Directory.GetCurrentDirectory())
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables()
        .AddCommandLine(args)
        .Build();
    await SiloHost.RunAsync(configuration, SiloOptionsSet.Read(configuration));
    return 0;
}
catch (Exception refusal) when (refusal is StartRefusedException or DatabaseException)
{
    await Console.Error.WriteLineAsync(refusal.Message);
    return 1;
}
catch (InvalidDataException damaged)
{
    await Console.Error.WriteLineAsync($"appsettings.json cannot be read: {damaged.InnerException?.Message ?? damaged.Message}");
    return 1;
}
