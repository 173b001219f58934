extends Node
var a = 1
