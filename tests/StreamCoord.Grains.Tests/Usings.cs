global using System.Data.Common;
global using StreamCoord.Grains.Leadership;
global using StreamCoord.Grains.Storage;
global using StreamCoord.Grains.Topics;
